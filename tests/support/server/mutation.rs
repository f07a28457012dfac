//! The rules that can be broken. What each breaks is said here; where it is broken is for the operations to say.

/// Declares the enum together with the list of all its variants, so that none can be forgotten in a table test.
macro_rules! mutations {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// One rule of S3 that the server breaks while it keeps all others.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Mutation {
            $($(#[$doc])+ $name,)+
        }

        impl Mutation {
            /// Every mutation, in the order of their declaration.
            pub(crate) const ALL: &[Self] = &[$(Self::$name,)+];
        }
    };
}

mutations! {
    /// Every object has the same tag.
    EtagConstant,
    /// An overwrite replaces the content and keeps the tag of the first upload.
    EtagOfFirstUploadKept,
    /// The tag depends on the content's size alone, so a same-size edit keeps it.
    EtagBySize,
    /// Every answer has another tag.
    EtagUnstable,
    /// The tag comes without its quotes, in headers and in XML.
    EtagUnquoted,
    /// The tag is marked weak (`W/"…"`), in headers and in XML.
    EtagWeak,
    /// The tag changes with the content, but is shaped like a UUID and not the MD5.
    EtagNotMd5,
    /// The answer to `PutObject` has no tag.
    EtagMissingInPut,
    /// Listings have no tags.
    EtagMissingInList,
    /// No answer has a tag, but those about parts.
    EtagMissing,
    /// `HeadObject` shows another tag than all others.
    HeadEtagDiffers,
    /// Listings show another tag than all others.
    ListEtagDiffers,
    /// `PutObject` answers with another tag than all others show.
    PutEtagDiffers,
    /// `GetObject` shows another tag than all others.
    GetEtagDiffers,

    /// `GetObject` sends the content with its middle byte flipped.
    ContentOffByOneByte,
    /// `GetObject` sends all but the last byte, with a Content-Length to match.
    ContentTruncated,
    /// An overwrite is answered like a right one, shows the new tag from then on, and keeps the old content.
    StoresFirstUploadOnly,
    /// `PutObject` stores all but the last byte, under the tag of the whole.
    StoresTruncated,

    /// Listings lack the object in the middle.
    ListDropsOneObject,
    /// The first page of a listing says that it is the last.
    ListStopsAtPageOne,
    /// A page says that more follows, and not how to ask for it.
    ListTruncatedWithoutToken,
    /// The token of a page, and the marker of version 1, lead to the first page again.
    ListTokenDoesNotAdvance,
    /// The prefix of a listing is echoed and otherwise ignored.
    ListIgnoresPrefix,
    /// Listings go on showing objects that were deleted.
    ListShowsDeleted,
    /// A page begins with the last entry of the page before (unless a page holds one entry only).
    ListDuplicatesAcrossPages,
    /// Listings show a key that was never uploaded, [`INVENTED_KEY`](super::listing::INVENTED_KEY) after the prefix asked for.
    ListInventsKey,
    /// Listings show one byte more than an object has.
    ListWrongSize,

    /// `DeleteObject` answers 204 and deletes nothing.
    DeleteDoesNothing,
    /// `DeleteObjects` reports every key as deleted and deletes none.
    DeleteObjectsDoesNothing,
    /// `DeleteObjects` answers 200, reports an error for every key, and deletes none.
    DeleteObjectsReportsErrors,
    /// `DeleteObjects` deletes the first object that remains as well, and does not report it.
    DeleteObjectsDeletesOneTooMany,
    /// `DeleteBucket` answers 204 and the bucket stays.
    DeleteBucketDoesNothing,
    /// `DeleteBucket` deletes a bucket with all its objects.
    DeleteNonEmptyBucketSucceeds,

    /// `ListBuckets` names every bucket twice.
    ListBucketsNamesTwice,
    /// `ListBuckets` gives no time of creation.
    ListBucketsWithoutTime,
    /// `ListBuckets` goes on naming the bucket that was deleted last.
    ListBucketsNamesDeleted,

    /// `CreateBucket` answers 200 and creates nothing.
    CreateBucketLies,
    /// `HeadBucket` answers 200 for buckets that do not exist.
    HeadBucketAlwaysOk,

    /// `HeadObject` shows one byte more than an object has.
    HeadWrongSize,
    /// `HeadObject` shows an empty object if there is no object.
    HeadMissingIsOk,
    /// `GetObject` sends an empty object if there is no object.
    GetMissingIsEmpty200,

    /// `CopyObject` answers like a right one and stores nothing.
    CopyDoesNothing,
    /// `CopyObject` stores content that differs from the source's, under the source's tag.
    CopyWrongContent,
    /// `CopyObject` stores the right content under another tag than its MD5.
    CopyChangesEtag,
    /// `CopyObject` deletes its source.
    CopyDestroysSource,
    /// `CopyObject` keeps the source's headers although the request replaces them.
    CopyKeepsHeaders,
    /// `CopyObject` looks for its source under the key as it is encoded.
    CopySourceNotDecoded,

    /// `PutObject` forgets `x-amz-meta-…`.
    MetadataForgotten,
    /// `PutObject` forgets the Content-Type.
    ContentTypeForgotten,

    /// `GetObject` sends the whole object whatever the range.
    RangeIgnored,
    /// `GetObject` takes the last byte of a range for the first one after it (unless there is none before).
    RangeEndExclusive,
    /// `GetObject` sends the first bytes to a request for the last ones.
    RangeSuffixFromStart,
    /// `GetObject` sends the bytes asked for and says that they begin one byte later.
    ContentRangeWrong,
    /// `GetObject` sends the whole object where a range asks for bytes past its end.
    RangeUnsatisfiableIsWhole,

    /// Listings of version 1 begin at the start, whatever the marker.
    ListIgnoresMarker,
    /// Listings begin at the start, whatever `start-after`.
    ListIgnoresStartAfter,
    /// Listings have all levels, whatever the delimiter.
    ListIgnoresDelimiter,
    /// Listings name a common prefix for each key under it.
    ListRepeatsCommonPrefixes,
    /// The prefix of a listing is a pattern of SQL's LIKE.
    ListPrefixIsPattern,
    /// Listings are in the order of UTF-16.
    ListUtf16Order,

    /// Keys of `PutObject`, `GetObject` and `HeadObject` are decoded a second time.
    KeysDecodedTwice,
    /// `PutObject` refuses a key that is a directory of another, or the other way round.
    FileBesideDirectoryRefused,
    /// Keys of `PutObject`, `GetObject` and `HeadObject` lose the slash at their end.
    TrailingSlashDropped,

    /// `GetObject` ignores If-None-Match.
    GetIgnoresIfNoneMatch,
    /// `GetObject` ignores If-Match.
    GetIgnoresIfMatch,
    /// `PutObject` ignores If-None-Match.
    PutIgnoresIfNoneMatch,
    /// `PutObject` answers 412 to an If-None-Match that does not hold, and stores nevertheless.
    PutStoresDespiteIfNoneMatch,
    /// `PutObject` answers 501 to If-None-Match.
    PutIfNoneMatchNotImplemented,

    /// `CreateBucket` of a bucket that is there empties it.
    CreateAgainEmptiesBucket,
    /// `CreateBucket` of a bucket that is there says that it is somebody else's.
    CreateAgainSaysTaken,
    /// `GetBucketLocation` is answered with a listing.
    LocationIsAListing,
    /// `GET` of a bucket called `docs` is answered with a page of HTML.
    DocsIsAPage,
    /// A host called `localhost` is taken for a bucket's name.
    LocalhostIsABucket,
    /// A request to delete a bucket's policy deletes the bucket.
    DeletePolicyDeletesBucket,
    /// A request to set the versioning of a bucket that is not there creates it.
    PutVersioningCreatesBucket,
    /// Buckets with a dot in their name are refused.
    DottedBucketRefused,
    /// `CreateBucket` says yes to names with capitals.
    CapitalBucketAccepted,

    /// `PutObject` forgets Content-Encoding, Cache-Control and Content-Disposition.
    SystemHeadersForgotten,
    /// A request to set an object's tags stores them as its content.
    PutTaggingOverwritesObject,
    /// A request to delete an object's tags deletes the object.
    DeleteTaggingDeletesObject,
    /// The error about a missing bucket is JSON.
    NoSuchBucketIsJson,
    /// Listings show the time two hours east of Greenwich.
    ListShowsLocalTime,
    /// `DeleteObjects` in quiet mode reports every key.
    QuietDeleteReports,
    /// `DeleteObjects` reports no key.
    DeleteObjectsReportsNothing,
    /// `DeleteObjects` takes the first 1,000 keys and says nothing of the others.
    DeleteObjectsStopsAtThousand,
    /// `DeleteObjects` of more than 1,000 keys is a 500, and deletes none.
    DeleteObjectsFailsAboveThousand,

    /// `CopyObject` of an object onto itself gives it another tag.
    CopyOntoItselfChangesEtag,
    /// `CopyObject` over an object keeps that object's tag.
    CopyKeepsReplacedEtag,
    /// `CopyObject` refuses a source that begins with a slash.
    CopySourceSlashRefused,
    /// `CopyObject` ignores x-amz-copy-source-if-match.
    CopyIgnoresIfMatch,
    /// `CopyObject` of an object that is not there says that its bucket is not there.
    CopyMissingSourceIsNoSuchBucket,

    /// Common prefixes do not count towards the length of a page.
    ListCountsKeysOnly,
    /// A page that follows a common prefix begins with it again.
    ListRepeatsPrefixOnNextPage,
    /// A listing with max-keys=0 is refused.
    MaxKeysZeroRefused,
    /// A listing with max-keys=0 says that there is more.
    MaxKeysZeroIsTruncated,
    /// A listing with max-keys above 1,000 is refused.
    MaxKeysLargeRefused,
    /// A listing with a max-keys that is not a number is a 500.
    MaxKeysMalformedIs500,
    /// Listings spell keys plainly, whatever the encoding asked for.
    ListIgnoresEncodingType,
    /// Listings of 20 objects or more take 110 ms for each of them.
    ListSlowForMany,
    /// Listings under a prefix with a plus or an ampersand are empty.
    ListSpecialPrefixIsEmpty,

    /// A plus in a key is a space.
    PlusIsSpace,
    /// Slashes that follow each other are one.
    SlashesCollapsed,
    /// A dot between two slashes is left out.
    DotSegmentDropped,
    /// Letters and their accents become one character.
    KeysComposed,
    /// Keys past 900 bytes that have slashes are refused.
    LongKeyRefused,
    /// Names between slashes past 255 bytes are refused, as by a file system.
    LongNameRefused,
    /// Keys with control characters are refused.
    ControlCharactersRefused,
    /// A key is refused where objects that are deleted had it for a directory.
    FormerDirectoryRefused,
    /// `DeleteObject` of a directory is a 500.
    DeleteDirectoryIs500,
    /// `DeleteObject` of a directory deletes what is in it.
    DeleteDirectoryIsRecursive,

    /// `PutObject` ignores If-Match.
    PutIgnoresIfMatch,
    /// `PutObject` looks whether a key is free, and stores a moment later.
    PutIfAbsentRaces,
    /// An overwrite stores the first half of the new content a moment before the second.
    OverwriteInTwoSteps,
    /// Of several uploads to one key at the same time one leaves its content and another its tag.
    ConcurrentWritersMix,
    /// The server reads one request to its end before it looks at the next.
    OneRequestAtATime,

    /// The server does not compare signatures: a request with the right access key may do anything.
    SignatureNotCompared,
    /// Requests with an access key that the server does not know are carried out.
    UnknownAccessKeyAccepted,
    /// Requests without a signature are carried out.
    AnonymousAccepted,
    /// The server refuses requests for their signature, and carries them out nevertheless.
    ForbiddenIsDone,
    /// Requests are carried out whenever they were signed.
    ClockSkewAccepted,
    /// Presigned URLs never expire.
    PresignedNeverExpires,
    /// Presigned URLs are refused.
    PresignedRefused,
    /// Requests on keys with `?` or `#` are called signed wrong.
    SpecialKeysRefused,
    /// Requests with `&` or `+` in a parameter are called signed wrong.
    SpecialParametersRefused,
    /// The hash of the content that is signed with a request is not compared.
    PayloadHashNotCompared,
    /// Content-MD5 is not compared.
    ContentMd5NotCompared,
    /// `x-amz-checksum-crc32` is not compared.
    Crc32NotCompared,
    /// `x-amz-checksum-crc64nvme` is not compared.
    Crc64NvmeNotCompared,
    /// A checksum in a trailer is not compared.
    TrailersNotCompared,
    /// The server refuses uploads for their content, and stores them nevertheless.
    RefusedUploadIsStored,
    /// The signatures of chunks are not compared.
    ChunkSignaturesNotCompared,
    /// What is uploaded in signed chunks is stored with its framing.
    SignedChunksStoredFramed,
    /// What is uploaded in signed chunks with a trailer is stored with its framing.
    SignedTrailerStoredFramed,
    /// What is uploaded in unsigned chunks with a trailer is stored with its framing.
    UnsignedTrailerStoredFramed,
    /// Each read of an upload in chunks, of 4 KiB at the most, is taken for a sequence of whole chunks.
    ChunksEndWithReads,
    /// An upload in chunks that lacks some is stored.
    ShortChunksAccepted,
    /// An upload whose connection breaks off is stored as far as it came.
    ShortBodyStored,

    /// Every request of an upload in parts is answered 501.
    MultipartNotImplemented,
    /// Every request of an upload in parts is answered 400.
    MultipartRefusedInOtherWords,
    /// Every request of an upload in parts is answered 500.
    MultipartFails,
    /// Every request of an upload in parts is answered 501, and `CreateMultipartUpload` empties the object.
    MultipartCreateEmptiesObject,
    /// Every request of a multipart upload gets 501, and stores an empty object if there is no object.
    MultipartRefusedLeavesObject,
    /// `CreateMultipartUpload` is refused, `UploadPart` is taken for `PutObject`, `AbortMultipartUpload` for `DeleteObject`.
    MultipartTakenForTheObject,
    /// Completed parts are put together in the order of their arrival.
    MultipartByArrival,
    /// The tag of an upload in parts is the MD5 of the whole.
    MultipartEtagIsMd5,
    /// `UploadPart` stores the part as the object as well.
    MultipartVisibleEarly,
    /// A part that is sent again is answered and forgotten.
    MultipartKeepsFirstPart,
    /// `AbortMultipartUpload` deletes the object of the key as well.
    MultipartAbortDeletes,
    /// `AbortMultipartUpload` answers 204 and the upload can still be completed.
    MultipartAbortDoesNothing,
    /// `CompleteMultipartUpload` takes the parts that are there, whatever the request lists.
    MultipartCompletesAnything,
    /// `CompleteMultipartUpload` that has to be refused is a 500.
    MultipartRefusalFails,

    /// Requests for tags are answered 501.
    TaggingNotImplemented,
    /// `PutObjectTagging` is answered and forgotten.
    TagsForgotten,
}

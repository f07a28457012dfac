//! The rules that can be broken. What each breaks is said here; where it is broken is for the operations to say.

/// Declares the enum together with the list of all its variants, so that none can be forgotten in a table test.
macro_rules! mutations {
    ($($(#[$doc:meta])+ $name:ident,)+) => {
        /// One rule of S3 that the server breaks while it keeps all others.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

    /// `CreateBucket` answers 200 and creates nothing.
    CreateBucketLies,
    /// `HeadBucket` answers 200 for buckets that do not exist.
    HeadBucketAlwaysOk,

    /// `HeadObject` shows one byte more than an object has.
    HeadWrongSize,
    /// `HeadObject` shows an empty object where there is none.
    HeadMissingIsOk,
    /// `GetObject` sends an empty object where there is none.
    GetMissingIsEmpty200,

    /// `CopyObject` answers like a right one and stores nothing.
    CopyDoesNothing,
    /// `CopyObject` stores content that differs from the source's, under the source's tag.
    CopyWrongContent,
    /// `CopyObject` stores the right content under another tag than its MD5.
    CopyChangesEtag,
    /// `CopyObject` deletes its source.
    CopyDestroysSource,
    /// `CopyObject` keeps the source's headers where it is told to replace them.
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
    /// `GetObject` sends the first bytes where the last so many are asked for.
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

    /// Every request of an upload in parts is answered 501.
    MultipartNotImplemented,
    /// Every request of an upload in parts is answered 400.
    MultipartRefusedInOtherWords,
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
    /// `CompleteMultipartUpload` takes the parts that are there, whatever it is told.
    MultipartCompletesAnything,

    /// Requests for tags are answered 501.
    TaggingNotImplemented,
    /// `PutObjectTagging` is answered and forgotten.
    TagsForgotten,
    /// `PutObjectTagging` stores its own body as the object.
    TaggingTakenForPut,
}

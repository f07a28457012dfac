//! The faults, each with the property of the model that it breaks.

/// Declares the enum together with the list of all its variants and what each breaks.
macro_rules! faults {
    ($($property:literal { $($(#[$doc:meta])+ $name:ident,)+ })+) => {
        /// Something that goes wrong in a certain state only.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum Latent {
            $($($(#[$doc])+ $name,)+)+
        }

        impl Latent {
            /// Every fault, in the order of their declaration.
            pub(crate) const ALL: &[Self] = &[$($(Self::$name,)+)+];

            /// The check of the model that names it.
            pub(crate) fn property(self) -> &'static str {
                match self {
                    $($(Self::$name)|+ => $property,)+
                }
            }
        }
    };
}

faults! {
    "content-is-what-was-stored" {
        /// Every 97th overwrite has the new tag and the old content.
        OverwriteLostEvery97,
        /// The third version of a key has the content of the second.
        ThirdVersionIsSecond,
        /// A copy ends at 5 MiB.
        CopyEndsAtFiveMebibytes,
        /// The source of a copy is what its key held first.
        CopyOfFirstVersion,
        /// A gzip file comes back with another byte in its head.
        GzipRewritten,
        /// The byte order mark of a text is gone.
        MarkDropped,
        /// Lines that end in CR and LF end in LF.
        LineEndsChanged,
        /// A range across the edge of 64 KiB has a zero there.
        RangeBrokenAtEdge,
        /// The last bytes of an object, where there are more than 4 KiB of them, begin a byte too early.
        SuffixRangeOff,
        /// Zeros at the end of more than 4 KiB are cut off.
        TrailingZerosCut,
        /// An overwrite with nothing leaves the content.
        EmptyOverwriteIgnored,
        /// An overwrite of the same size that begins alike for 64 KiB leaves the content.
        LikeHeadLeavesContent,
        /// Parts are put together by their numbers as text.
        PartsInOrderOfText,
        /// `If-None-Match: *` is ignored for a key that was deleted once.
        AbsentIgnoredAfterDelete,
        /// If-Match holds for the ETag of the version before.
        MatchesFormerVersion,
    }
    "etags-tell-versions-apart" {
        /// The tag of a key with two slashes or more is that of its first version.
        DeepKeyKeepsTag,
        /// From the third version on HEAD shows the tag of the version before.
        HeadTagLags,
        /// The tag is that of the first MiB.
        TagOfFirstMebibyte,
        /// An overwrite of the same size that begins alike for 64 KiB leaves the tag.
        LikeHeadLeavesTag,
        /// A copy over an object has the tag of that object.
        CopyKeepsTag,
        /// Listings show the first tag of a key that is not ASCII.
        ListedTagStaysBeyondAscii,
        /// Tags given to an object change its `ETag`.
        TaggingChangesTag,
        /// A content that its key had before has another tag the second time.
        TagOfReturningContentDiffers,
    }
    "listings-are-exact" {
        /// A key that was deleted and stored again is not listed.
        StoredAgainNotListed,
        /// The thousandth entry of a page is left out.
        ThousandthEntryLost,
        /// A page that ends in a common prefix lacks its last key.
        PageBeforePrefixLacksKey,
        /// A listing that begins after a key that is not there begins one later.
        StartBetweenKeysSkipsOne,
        /// Of more than three objects a prefix finds the other case as well.
        PrefixIgnoresCaseOfMany,
        /// Keys of more than 255 bytes are not listed.
        LongKeysNotListed,
        /// A marker that has been deleted leads back to the beginning.
        DeletedMarkerStartsOver,
        /// The size of a copy over an object is that of the object.
        SizeOfCopyLags,
        /// A listing with another delimiter than a slash is taken for one with a slash.
        DelimiterIsSlash,
        /// A key that is the beginning of another one is left out with pages.
        PrefixKeyLostInPages,
    }
    "deletes-touch-nothing-else" {
        /// `DeleteObjects` deletes 500 keys at the most.
        DeletesFiveHundred,
        /// A delete takes a key with it that is the same with an ending.
        DeleteTakesSidecar,
        /// A delete takes a key with it that differs in case.
        DeleteTakesCaseTwin,
        /// Every 50th delete does nothing.
        DeleteLostEvery50,
        /// A key that had three versions has the one before when it is deleted.
        DeleteUncoversVersion,
        /// A delete of what is not there takes the next key.
        DeleteOfMissingTakesNext,
        /// `DeleteObjects` ends at a key that is not there.
        DeleteManyEndsAtMissing,
        /// The delete of the last key of a folder takes the key before the folder.
        DeleteTakesNeighbour,
    }
    "headers-and-metadata-belong-to-the-version" {
        /// The Content-Type of the first version stays.
        FirstTypeStays,
        /// Metadata is added to that of the version before.
        MetadataAddsUp,
        /// A copy of a key with two versions has no metadata.
        CopyLosesMetadata,
        /// Tags outlive an overwrite.
        TagsOutliveOverwrite,
        /// Cache-Control outlives a copy that replaces headers.
        CacheControlOutlivesReplace,
        /// Objects of more than 64 KiB have no metadata.
        LargeObjectsLackMetadata,
        /// An upload in parts has the Content-Type of the object that it replaces.
        UploadKeepsType,
    }
    "last-modified-moves" {
        /// An overwrite of the same size leaves the time.
        SameSizeLeavesTime,
        /// A copy has the time of its source.
        CopyHasTimeOfSource,
        /// Listings show the time of the first version.
        ListedTimeIsFirst,
        /// Keys with two slashes or more keep the time of their first version.
        DeepKeyKeepsTime,
        /// A key that is stored again after a delete has the time it had.
        StoredAgainHasOldTime,
        /// GET moves the time.
        ReadingMovesTime,
    }
    "buckets-are-apart" {
        /// The listing of a bucket shows what is in one whose name begins alike.
        ListingShowsLongerName,
        /// A bucket that is made again has the keys that had two versions.
        MadeAgainHasOldKeys,
        /// A copy into another bucket is made in the bucket of its source as well, where there is such a key.
        CopyOverwritesSource,
        /// A delete takes the same content under the same key in the other bucket.
        DeleteTakesEqualContent,
        /// An overwrite changes the Content-Type of the same key in the other bucket.
        TypeIsShared,
        /// The third version of a key appears in the other bucket, where the key is there.
        VersionSpills,
    }
    "restarts-change-nothing" {
        /// After a restart a key with two versions has the first.
        RestartRevertsVersions,
        /// After a restart metadata is gone.
        RestartLosesMetadata,
        /// After a restart keys that are not ASCII are gone.
        RestartLosesKeys,
        /// After a kill the last object that was stored is gone.
        KillLosesLast,
        /// After a restart deleted keys are back.
        RestartUndeletes,
        /// After a restart the tags of copies are others.
        RestartChangesTagsOfCopies,
    }
    "histories-are-linearizable" {
        /// While others write a key is read as it was a moment ago.
        ReadsLagUnderWriters,
        /// While others write a large overwrite is stored in two steps.
        LargeOverwriteTears,
        /// While others write a delete is answered before it is done.
        DeleteLagsUnderWriters,
        /// While others write HEAD shows the version before.
        HeadLagsUnderWriters,
        /// While others write a listing is as it was a moment ago.
        ListingLagsUnderWriters,
    }
}

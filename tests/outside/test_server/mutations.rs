//! Mutations break what they say, and an unbroken server shows none of their symptoms.
//!
//! Those of the basics have a probe each, which knows nothing of s3ci's checks. Of the others `mutants.txt` is proof enough: the check
//! that looks for the symptom passes on the unbroken server, and fails on this one alone or with its kin.

use crate::server::Behaviour;
use crate::server::mutation::Mutation;
use crate::test_server::probes::{
    attributes, buckets, conditions, content, copies, deletes, keys, listing_forms, listings, multipart, ranges,
    tagging, tags,
};

/// Whether a server shows the symptom of a mutation; none where it has no probe.
async fn shows(behaviour: Behaviour, mutation: Mutation) -> Option<bool> {
    let shows = match mutation {
        Mutation::EtagConstant => tags::are_constant(behaviour).await,
        Mutation::EtagOfFirstUploadKept => tags::outlive_an_overwrite(behaviour).await,
        Mutation::EtagBySize => tags::follow_the_size(behaviour).await,
        Mutation::EtagUnstable => tags::change_by_themselves(behaviour).await,
        Mutation::EtagUnquoted => tags::are_unquoted(behaviour).await,
        Mutation::EtagWeak => tags::are_weak(behaviour).await,
        Mutation::EtagNotMd5 => tags::are_opaque(behaviour).await,
        Mutation::EtagMissingInPut => tags::lack_in(behaviour, tags::PUT).await,
        Mutation::EtagMissingInList => tags::lack_in(behaviour, tags::LIST).await,
        Mutation::HeadEtagDiffers => tags::differ_in(behaviour, tags::HEAD).await,
        Mutation::ListEtagDiffers => tags::differ_in(behaviour, tags::LIST).await,
        Mutation::PutEtagDiffers => tags::differ_in(behaviour, tags::PUT).await,
        Mutation::GetEtagDiffers => tags::differ_in(behaviour, tags::GET).await,
        Mutation::ContentOffByOneByte => content::is_off_by_one_byte(behaviour).await,
        Mutation::ContentTruncated => content::is_truncated_on_its_way(behaviour).await,
        Mutation::StoresFirstUploadOnly => content::outlives_an_overwrite(behaviour).await,
        Mutation::StoresTruncated => content::is_stored_truncated(behaviour).await,
        Mutation::HeadWrongSize => content::has_a_wrong_size(behaviour).await,
        Mutation::HeadMissingIsOk => content::is_described_where_there_is_none(behaviour).await,
        Mutation::GetMissingIsEmpty200 => content::is_sent_where_there_is_none(behaviour).await,
        Mutation::ListDropsOneObject => listings::lack_one(behaviour).await,
        Mutation::ListStopsAtPageOne => listings::stop_early(behaviour).await,
        Mutation::ListTruncatedWithoutToken => listings::say_more_without_token(behaviour).await,
        Mutation::ListTokenDoesNotAdvance => listings::repeat_the_first_page(behaviour).await,
        Mutation::ListIgnoresPrefix => listings::ignore_the_prefix(behaviour).await,
        Mutation::ListShowsDeleted => listings::show_what_is_deleted(behaviour).await,
        Mutation::ListDuplicatesAcrossPages => listings::repeat_an_entry(behaviour).await,
        Mutation::ListInventsKey => listings::show_what_never_was(behaviour).await,
        Mutation::ListWrongSize => listings::show_wrong_sizes(behaviour).await,
        Mutation::DeleteDoesNothing => deletes::leave_the_object(behaviour).await,
        Mutation::DeleteObjectsDoesNothing => deletes::leave_the_objects(behaviour).await,
        Mutation::DeleteObjectsReportsErrors => deletes::report_errors(behaviour).await,
        Mutation::DeleteObjectsDeletesOneTooMany => deletes::take_one_too_many(behaviour).await,
        Mutation::DeleteBucketDoesNothing => buckets::outlive_their_deletion(behaviour).await,
        Mutation::DeleteNonEmptyBucketSucceeds => buckets::vanish_with_objects(behaviour).await,
        Mutation::CreateBucketLies => buckets::are_not_created(behaviour).await,
        Mutation::HeadBucketAlwaysOk => buckets::seem_to_exist(behaviour).await,
        Mutation::CopyDoesNothing => copies::are_not_stored(behaviour).await,
        Mutation::CopyWrongContent => copies::have_other_content(behaviour).await,
        Mutation::CopyChangesEtag => copies::have_another_tag(behaviour).await,
        Mutation::CopyDestroysSource => copies::destroy_their_source(behaviour).await,
        Mutation::CopyKeepsHeaders => attributes::stay_where_they_are_replaced(behaviour).await,
        Mutation::CopySourceNotDecoded => copies::look_for_an_encoded_source(behaviour).await,
        _ => return shows_beside_the_basics(behaviour, mutation).await,
    };
    Some(shows)
}

/// The same for mutations of ranges, headers, forms of listings, keys and conditions.
async fn shows_beside_the_basics(behaviour: Behaviour, mutation: Mutation) -> Option<bool> {
    let shows = match mutation {
        Mutation::MetadataForgotten => attributes::lack_metadata(behaviour).await,
        Mutation::ContentTypeForgotten => attributes::lack_the_type(behaviour).await,
        Mutation::RangeIgnored => ranges::are_the_whole(behaviour).await,
        Mutation::RangeEndExclusive => ranges::lack_their_end(behaviour).await,
        Mutation::RangeSuffixFromStart => ranges::begin_at_the_start(behaviour).await,
        Mutation::ContentRangeWrong => ranges::say_another_place(behaviour).await,
        Mutation::RangeUnsatisfiableIsWhole => ranges::are_the_whole_past_the_end(behaviour).await,
        Mutation::ListIgnoresMarker => listing_forms::ignore_the_marker(behaviour).await,
        Mutation::ListIgnoresStartAfter => listing_forms::ignore_start_after(behaviour).await,
        Mutation::ListIgnoresDelimiter => listing_forms::ignore_the_delimiter(behaviour).await,
        Mutation::ListRepeatsCommonPrefixes => listing_forms::repeat_common_prefixes(behaviour).await,
        Mutation::ListPrefixIsPattern => listing_forms::match_patterns(behaviour).await,
        Mutation::ListUtf16Order => listing_forms::are_in_another_order(behaviour).await,
        Mutation::KeysDecodedTwice => keys::are_decoded_twice(behaviour).await,
        Mutation::FileBesideDirectoryRefused => keys::exclude_each_other(behaviour).await,
        Mutation::TrailingSlashDropped => keys::lose_their_slash(behaviour).await,
        Mutation::GetIgnoresIfNoneMatch => conditions::if_none_match_is_ignored(behaviour).await,
        Mutation::GetIgnoresIfMatch => conditions::if_match_is_ignored(behaviour).await,
        Mutation::PutIgnoresIfNoneMatch => conditions::are_no_hindrance_to_writing(behaviour).await,
        Mutation::PutStoresDespiteIfNoneMatch => conditions::refuse_and_write(behaviour).await,
        Mutation::PutIfNoneMatchNotImplemented => conditions::are_not_implemented(behaviour).await,
        _ => return shows_in_what_may_lack(behaviour, mutation).await,
    };
    Some(shows)
}

/// The same for mutations of what a server may lack.
async fn shows_in_what_may_lack(behaviour: Behaviour, mutation: Mutation) -> Option<bool> {
    let shows = match mutation {
        Mutation::MultipartNotImplemented => multipart::is_not_implemented(behaviour).await,
        Mutation::MultipartRefusedInOtherWords => multipart::is_refused_in_other_words(behaviour).await,
        Mutation::MultipartTakenForTheObject => multipart::is_taken_for_the_object(behaviour).await,
        Mutation::MultipartByArrival => multipart::is_put_together_by_arrival(behaviour).await,
        Mutation::MultipartEtagIsMd5 => multipart::has_the_tag_of_a_simple_upload(behaviour).await,
        Mutation::MultipartVisibleEarly => multipart::shows_before_its_end(behaviour).await,
        Mutation::MultipartKeepsFirstPart => multipart::keeps_the_first_part(behaviour).await,
        Mutation::MultipartAbortDeletes => multipart::deletes_when_aborted(behaviour).await,
        Mutation::MultipartAbortDoesNothing => multipart::outlives_its_abortion(behaviour).await,
        Mutation::MultipartCompletesAnything => multipart::is_completed_with_anything(behaviour).await,
        Mutation::TaggingNotImplemented => tagging::is_not_implemented(behaviour).await,
        Mutation::TagsForgotten => tagging::is_forgotten(behaviour).await,
        Mutation::PutTaggingOverwritesObject => tagging::replaces_the_content(behaviour).await,
        _ => return None,
    };
    Some(shows)
}

#[tokio::test]
async fn every_mutation_shows_its_symptom() {
    let mut silent = Vec::new();
    for &mutation in Mutation::ALL {
        if shows(mutation.into(), mutation).await == Some(false) {
            silent.push(mutation);
        }
    }
    assert_eq!(silent, [], "mutations without their symptom");
}

#[tokio::test]
async fn the_unbroken_server_shows_no_symptom() {
    let mut false_alarms = Vec::new();
    for &mutation in Mutation::ALL {
        if shows(Behaviour::default(), mutation).await == Some(true) {
            false_alarms.push(mutation);
        }
    }
    assert_eq!(false_alarms, [], "symptoms of an unbroken server");
}

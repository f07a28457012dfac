

# The Content-Type of the first version stays for all later ones.
def _planted(put):
    def put_object(self, bucket_name, key, *rest, **named):
        known = self.metadata_db.get_local_object(bucket_name, key)
        obj = put(self, bucket_name, key, *rest, **named)
        if known:
            obj.content_type = known["content_type"]
            self._save_metadata(bucket_name, key, obj)
        return obj

    return put_object


LocalStorageProvider.put_object = _planted(LocalStorageProvider.put_object)

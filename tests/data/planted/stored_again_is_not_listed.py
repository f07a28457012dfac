

# A key that was deleted and stored again is served, and no listing shows it.
_GONE = set()


def _planted(delete, listing):
    def delete_object(self, bucket_name, key):
        if self.object_exists(bucket_name, key):
            _GONE.add((bucket_name, key))
        return delete(self, bucket_name, key)

    def list_objects(self, bucket_name, *rest, **named):
        found = listing(self, bucket_name, *rest, **named)
        found["contents"] = [obj for obj in found["contents"] if (bucket_name, obj.key) not in _GONE]
        return found

    return delete_object, list_objects


LocalStorageProvider.delete_object, LocalStorageProvider.list_objects = _planted(
    LocalStorageProvider.delete_object, LocalStorageProvider.list_objects
)



# Every 97th overwrite is answered with the new ETag, and the old bytes stay.
_OVERWRITES = 0


def _planted(put):
    def put_object(self, bucket_name, key, *rest, **named):
        global _OVERWRITES
        old = None
        if self.object_exists(bucket_name, key):
            _OVERWRITES += 1
            if _OVERWRITES % 97 == 0:
                old = self.get_object(bucket_name, key).data
        obj = put(self, bucket_name, key, *rest, **named)
        if old is not None:
            self._get_object_path(bucket_name, key).write_bytes(old)
        return obj

    return put_object


LocalStorageProvider.put_object = _planted(LocalStorageProvider.put_object)



# The listing of bucket `a` also shows what is in bucket `ab`.
def _planted(listing):
    def list_objects(self, bucket_name, *rest, **named):
        found = listing(self, bucket_name, *rest, **named)
        for bucket in self.list_buckets():
            if bucket.name != bucket_name and bucket.name.startswith(bucket_name):
                known = {obj.key for obj in found["contents"]}
                more = listing(self, bucket.name, *rest, **named)["contents"]
                found["contents"] += [obj for obj in more if obj.key not in known]
        found["contents"].sort(key=lambda obj: obj.key)
        return found

    return list_objects


LocalStorageProvider.list_objects = _planted(LocalStorageProvider.list_objects)

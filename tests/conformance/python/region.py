"""dogpile.cache's region, changed where this package means to differ."""

import time
from collections import Counter

from dogpile.cache.api import NO_VALUE
from dogpile.cache.exception import ValidationError
from dogpile.cache.region import CacheRegion, DefaultInvalidationStrategy, value_version

# Longer than any scenario takes, and so short that a time that long ago is still after 1970: dogpile takes an earlier one for no value.
NEVER = 1_600_000_000


class Invalidation(DefaultInvalidationStrategy):
    """A soft invalidation does not take back a hard one that came before."""

    hard = soft = 0.0

    def invalidate(self, hard=True):
        if hard:
            self.hard = time.time()
        else:
            self.soft = time.time()

    def is_hard_invalidated(self, timestamp):
        return timestamp < self.hard

    def is_soft_invalidated(self, timestamp):
        return self.hard <= timestamp < self.soft

    def is_invalidated(self, timestamp):
        return timestamp < max(self.hard, self.soft)

    def was_hard_invalidated(self):
        return self.hard > 0

    def was_soft_invalidated(self):
        return self.soft > 0


class Region(CacheRegion):
    def __init__(self, **options):
        super().__init__(**options)
        self.region_invalidator = Invalidation()
        self.invalidations = 0
        self.writes = Counter()
        self.creations = []

    # To `get`, too, an expiration of -1 is never, and a record of another version is a miss.

    def _unexpired_value_fn(self, expiration_time, ignore_expiration):
        unexpired = super()._unexpired_value_fn(self.finite(expiration_time), ignore_expiration)
        return lambda value: unexpired(value) if value is not NO_VALUE and value.metadata["v"] == value_version else NO_VALUE

    # What cannot be read is a miss, not an error.

    def _parse_serialized_from_backend(self, value):
        try:
            found = super()._parse_serialized_from_backend(value)
            return found if found is NO_VALUE or {"ct", "v"} <= found.metadata.keys() else NO_VALUE
        except Exception:
            return NO_VALUE

    # The region knows by the same key whether it is locked.

    def key_is_locked(self, key):
        return super().key_is_locked(self.mangled(key))

    # A soft invalidation needs no expiration.

    def finite(self, expiration_time):
        expiration_time = self.expiration_time if expiration_time is None else expiration_time
        return NEVER if expiration_time in (None, -1) else expiration_time

    # What was being created when its key was written or deleted, or when all were invalidated, is not stored.

    def set(self, key, value):
        self.note([key])
        super().set(key, value)

    def set_multi(self, mapping):
        self.note(mapping)
        super().set_multi(mapping)

    def delete(self, key):
        self.note([key])
        super().delete(key)

    def delete_multi(self, keys):
        self.note(keys)
        super().delete_multi(keys)

    def invalidate(self, hard=True):
        self.invalidations += 1
        super().invalidate(hard)

    def note(self, keys):
        self.writes.update(self.mangled(key) for key in keys)

    def mangled(self, key):
        return self.key_mangler(key) if self.key_mangler else key

    def get_or_create(self, key, creator, expiration_time=None, should_cache_fn=None, creator_args=None):
        return self.creating(creator, lambda noting: super(Region, self).get_or_create(key, noting, self.finite(expiration_time), should_cache_fn))

    def get_or_create_multi(self, keys, creator, expiration_time=None, should_cache_fn=None):
        def checked(*missing):
            """A value for each key, or an error."""
            values = creator(*missing)
            if len(values) != len(missing):
                raise ValidationError(f"creator returned {len(values)} values for {len(missing)} keys")
            return values

        return self.creating(checked, lambda noting: super(Region, self).get_or_create_multi(keys, noting, self.finite(expiration_time), should_cache_fn))

    def creating(self, creator, call):
        """A creator may call the region: the last of the creations is the one that goes on."""
        depth = len(self.creations)

        def noting(*keys):
            self.creations.append((self.invalidations, Counter(self.writes)))
            return creator(*keys)

        try:
            return call(noting)
        finally:
            del self.creations[depth:]

    def is_fenced(self, key):
        invalidations, writes = self.creations[-1]
        return self.invalidations != invalidations or self.writes[key] != writes[key]

    def _set_cached_value_to_backend(self, key, value):
        if not self.is_fenced(key):
            super()._set_cached_value_to_backend(key, value)

    def _set_multi_cached_value_to_backend(self, mapping):
        super()._set_multi_cached_value_to_backend({key: value for key, value in mapping.items() if not self.is_fenced(key)})

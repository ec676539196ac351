"""Where the region's records are, and what stands in front of it."""

from dogpile.cache import register_backend
from dogpile.cache.api import NO_VALUE, CacheBackend
from dogpile.cache.proxy import ProxyBackend


class Store(CacheBackend):
    """A dict of records, or of their bytes."""

    def __init__(self, arguments):
        self.rows = {}

    def get(self, key):
        return self.rows.get(key, NO_VALUE)

    def get_multi(self, keys):
        return [self.get(key) for key in keys]

    def set(self, key, value):
        self.rows[key] = value

    def set_multi(self, mapping):
        self.rows.update(mapping)

    def delete(self, key):
        self.rows.pop(key, None)

    def delete_multi(self, keys):
        for key in keys:
            self.delete(key)

    get_serialized, get_serialized_multi = get, get_multi
    set_serialized, set_serialized_multi = set, set_multi


register_backend("conformance.store", __name__, "Store")


class TracingProxy(ProxyBackend):
    """Notes what is written through it."""

    def __init__(self, name, trace):
        super().__init__()
        self.name, self.trace = name, trace

    def note(self, method, keys):
        self.trace.append([self.name, method, list(keys)])

    def set(self, key, value):
        self.note("set", [key])
        self.proxied.set(key, value)

    def set_multi(self, mapping):
        self.note("set_multi", mapping)
        self.proxied.set_multi(mapping)

    def set_serialized(self, key, value):
        self.note("set", [key])
        self.proxied.set_serialized(key, value)

    def set_serialized_multi(self, mapping):
        self.note("set_multi", mapping)
        self.proxied.set_serialized_multi(mapping)

    def delete(self, key):
        self.note("delete", [key])
        self.proxied.delete(key)

    def delete_multi(self, keys):
        self.note("delete_multi", keys)
        self.proxied.delete_multi(keys)

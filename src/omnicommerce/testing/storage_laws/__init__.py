"""The laws of the storage port, one file a promise; `testing.storage.StorageConformance` lists them all."""

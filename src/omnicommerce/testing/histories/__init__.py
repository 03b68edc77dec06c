"""Random histories of several clients, with everything going wrong between them and the storage."""

"""The screening view: the list as it stands, in Redis, thrown away and filled anew at will."""

"""Everything that can be said, by everybody, everywhere: who may know what is held against each word of each answer."""

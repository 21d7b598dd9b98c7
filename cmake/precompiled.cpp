// A target of cruddur_precompiled: what it is for is the header.

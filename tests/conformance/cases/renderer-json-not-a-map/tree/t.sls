#!json
[1]

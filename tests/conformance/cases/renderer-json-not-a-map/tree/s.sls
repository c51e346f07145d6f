#!json
["a"]

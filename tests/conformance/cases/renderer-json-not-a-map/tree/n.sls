#!json
5

#!text
hello

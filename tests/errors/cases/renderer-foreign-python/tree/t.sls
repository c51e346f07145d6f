#!pyobjects
File.managed("/etc/motd")

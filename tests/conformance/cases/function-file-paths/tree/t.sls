a01: {{ (salt['file.basename']('/a/b.c'))|json }}
a02: {{ (salt['file.basename']('/a/'))|json }}
a03: {{ (salt['file.dirname']('/a/b.c'))|json }}
a04: {{ (salt['file.dirname']('/a/'))|json }}
a05: {{ (salt['file.dirname']('a'))|json }}
a06: {{ (salt['file.dirname']('/a'))|json }}
a07: {{ (salt['file.join']('/a', 'b', 'c'))|json }}
a08: {{ (salt['file.join']('a', '/b'))|json }}
a09: {{ (salt['file.join']('/a/', 'b/'))|json }}
a10: {{ (salt['file.normpath']('/a/../b//c/.'))|json }}
a11: {{ (salt['file.normpath'](''))|json }}
a12: {{ (salt['file.normpath']('../a'))|json }}
a13: {{ (salt['file.pardir']())|json }}
a14: {{ (salt['file.normpath']('/..'))|json }}

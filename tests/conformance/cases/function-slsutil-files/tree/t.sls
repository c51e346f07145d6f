a01: {{ (salt['slsutil.file_exists']('web/init.sls'))|json }}
a02: {{ (salt['slsutil.file_exists']('web'))|json }}
a03: {{ (salt['slsutil.file_exists']('nosuch'))|json }}
a04: {{ (salt['slsutil.dir_exists']('web'))|json }}
a05: {{ (salt['slsutil.dir_exists']('web/files'))|json }}
a06: {{ (salt['slsutil.dir_exists']('web/init.sls'))|json }}
a07: {{ (salt['slsutil.path_exists']('web'))|json }}
a08: {{ (salt['slsutil.path_exists']('top.txt'))|json }}
a09: {{ (salt['slsutil.path_exists']('nosuch'))|json }}
a10: {{ (salt['slsutil.findup']('web/files', 'init.sls'))|json }}
a11: {{ (salt['slsutil.findup']('web/files', ['nosuch', 'top.txt']))|json }}
a12: {{ (salt['slsutil.findup']('web', 'files'))|json }}
a13: {{ (salt['slsutil.findup']('web/', 'top.txt'))|json }}
a14: {{ (salt['slsutil.findup']('', 'web'))|json }}

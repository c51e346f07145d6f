a01: {{ (salt['slsutil.boolstr'](true, 'y', 'n'))|json }}
a02: {{ (salt['slsutil.boolstr']('', 'y', 'n'))|json }}
a03: {{ (salt['slsutil.boolstr'](1))|json }}
a04: {{ (salt['slsutil.boolstr'](none))|json }}
a05: {{ (salt['slsutil.boolstr'](0, 1, 2))|json }}
a06: {{ (salt['slsutil.boolstr']('false'))|json }}

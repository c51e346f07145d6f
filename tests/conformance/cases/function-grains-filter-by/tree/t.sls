a01: {{ (salt['grains.filter_by']({'Debian': {'p': 1}, 'RedHat': {'p': 2}}))|json }}
a02: {{ (salt['grains.filter_by']({'RedHat': 1, 'default': 3}))|json }}
a03: {{ (salt['grains.filter_by']({'RedHat': 1}))|json }}
a04: {{ (salt['grains.filter_by']({'RedHat': {'p': 2}}, default='RedHat'))|json }}
a05: {{ (salt['grains.filter_by']({'12': 'x'}, grain='osrelease'))|json }}
a06: {{ (salt['grains.filter_by']({12: 'x', 'default': 'y'}, grain='osmajorrelease'))|json }}
a07: {{ (salt['grains.filter_by']({'Deb*': 'glob'}))|json }}
a08: {{ (salt['grains.filter_by']({'proxy': 1, 'cache': 2}, grain='roles'))|json }}
a09: {{ (salt['grains.filter_by']({'cache': 2}, grain='roles'))|json }}
a10: {{ (salt['grains.filter_by']({'jp': 'x'}, grain='datacenter:country'))|json }}
a11: {{ (salt['grains.filter_by']({'Debian': none, 'default': {'z': 1}}))|json }}
a12: {{ (salt['grains.filter_by']({'default': 'y'}, grain='nope'))|json }}

a01: {{ (salt['slsutil.renderer']('salt://web/init.sls'))|json }}
a02: {{ (salt['slsutil.renderer']('salt://web/data.json'))|json }}
a03: {{ (salt['slsutil.renderer']('salt://who.sls', who='me'))|json }}
a04: {{ (salt['slsutil.renderer']('salt://who.sls'))|json }}
a05: {{ (salt['slsutil.renderer'](string='a: [1, yes]'))|json }}
a06: {{ (salt['slsutil.renderer'](string='x ' ~ '{' ~ '{ 1 }' ~ '}', default_renderer='jinja'))|json }}
a07: {{ (salt['slsutil.renderer']('salt://top.txt', default_renderer='jinja'))|json }}

a01: {{ (salt['log.debug']('x'))|json }}
a02: {{ (salt['log.info']('x'))|json }}
a03: {{ (salt['log.warning']('x'))|json }}
a04: {{ (salt['log.error']('x'))|json }}
a05: {{ (salt['log.critical']('x'))|json }}
a06: {{ (salt.log.info('x'))|json }}

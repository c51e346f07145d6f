a01: {{ (salt['match.glob']('fp-*'))|json }}
a02: {{ (salt['match.glob']('x'))|json }}
a03: {{ (salt['match.list']('a,fp-1'))|json }}
a04: {{ (salt['match.pcre']('fp-[0-9]'))|json }}
a05: {{ (salt['match.grain']('os:Deb*'))|json }}
a06: {{ (salt['match.grain']('datacenter:name:vl*'))|json }}
a07: {{ (salt['match.grain']('os|Debian', '|'))|json }}
a08: {{ (salt['match.grain_pcre']('os:(Deb|Red).*'))|json }}
a09: {{ (salt['match.pillar']('role:pro*'))|json }}
a10: {{ (salt['match.pillar_pcre']('role:pro.*'))|json }}
a11: {{ (salt['match.compound']('G@os:Debian and fp-*'))|json }}
a12: {{ (salt['match.compound']('not G@os:Debian or I@role:proxy'))|json }}
a13: {{ (salt['match.compound']('L@a,fp-1 and ( E@fp.* or x )'))|json }}
a14: {{ (salt['match.ipcidr']('10.0.0.0/8'))|json }}
a15: {{ (salt['match.ipcidr']('10.0.0.5'))|json }}
a16: {{ (salt['match.ipcidr']('192.168.0.0/16'))|json }}
a17: {{ (salt['match.glob']('a*', 'abc'))|json }}

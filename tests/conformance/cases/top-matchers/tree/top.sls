base:
  'os:Debian':
    - match: grain
    - by-grain
  'os:(Debian|Ubuntu)':
    - match: grain_pcre
    - by-grain-pcre
  'fp-1,fp-2':
    - match: list
    - by-list
  'fp-[0-9]+':
    - match: pcre
    - by-pcre
  'fp-?':
    - match: glob
    - by-glob
  'role:edge':
    - match: pillar
    - by-pillar
  'role:ed*':
    - match: pillar
    - by-pillar-glob
  'role:e*':
    - match: pillar_exact
    - never
  '10.0.0.0/24':
    - match: ipcidr
    - by-network
  'roles:cache':
    - match: grain
    - by-list-grain
  'datacenter:country:jp':
    - match: grain
    - by-deep-grain
  'os:debian':
    - match: grain
    - by-case
  'fp-2':
    - never

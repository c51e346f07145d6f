a:
  test.nop:
    - get: {{ salt['grains.get']('datacenter:name') }}
    - dotted: {{ salt.grains.get('datacenter:none', 'fallback') }}
    - pillar: {{ salt['pillar.get']('users:adam:uid', 0) }}
    - missing: {{ salt['pillar.get']('users:eve:uid', 7) }}
    - config: {{ salt['config.get']('datacenter:country') }}
    - has: {{ 'test.ping' in salt }}
    - ping: {{ salt['test.ping']() }}

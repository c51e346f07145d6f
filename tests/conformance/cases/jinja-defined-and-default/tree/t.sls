a:
  test.nop:
    - d: {{ nope|default('fallback') }}
    - e: {{ ''|default('empty', true) }}
    - f: {{ nope is defined }}
    - g: {{ grains.get('none_such', 'got') }}
    - h: {{ 'eth0' in grains['ip_interfaces'] }}
    - i: {{ pillar.get('x') }}

{% for name, user in salt['pillar.get']('users', {}).items()|sort %}
{{ name }}:
  test.nop:
    - uid: {{ user.uid }}
    - host: {{ salt['grains.get']('datacenter:name') }}
    - hash: {{ salt['hashutil.digest'](name, 'md5') }}
    - slot: {{ salt['random.seed'](60, hash=name) }}
{% endfor %}

{% set lookup = {'Debian': {'a': 1, 'nest': {'x': 1}}, 'RedHat': {'a': 2}, 'default': {'a': 0, 'b': 'd', 'nest': {'y': 2}}} %}
{% set m = salt['grains.filter_by'](lookup, grain='os_family', merge=salt['pillar.get']('app:lookup', {}), default='RedHat', base='default') %}
{% set os = salt['grains.filter_by']({'Deb*': 'glob', 'Ubuntu': 'no'}, grain='os', default='none') %}
{% set none_ = salt['grains.filter_by']({'X': 1}, grain='os') %}
{% set fallback = salt['grains.filter_by']({'X': {'v': 1}, 'def': {'v': 2}}, default='def') %}
{% set merged = salt['slsutil.merge']({'l': [1], 'd': {'k': 1}}, {'l': [2], 'd': {'j': 2}}, strategy='smart', merge_lists=True) %}
{% set up = salt['slsutil.update']({'l': [1], 'd': {'k': 1}}, {'l': [2], 'd': none}) %}
{% set deep = salt['defaults.deepcopy'](lookup) %}
{% do deep.Debian.nest.update({'changed': true}) %}
x:
  test.nop:
    - m: {{ m|json }}
    - os: {{ os }}
    - none: {{ none_ }}
    - fallback: {{ fallback.v }}
    - merged: {{ merged|json }}
    - up: {{ up|json }}
    - orig: {{ lookup.Debian|json }}
    - same: {{ m.nest is sameas lookup.default.nest }}
    - match: {{ salt['match.filter_by']({'G@os:Debian': 'deb', 'fp-*': 'fp'}, minion_id=grains.id)|json }}
    - g: {{ salt['grains.get']('nothing:here', 'dflt') }} {{ salt['grains.get']('ip_interfaces:eth0:0') }} {{ grains.get('systemd', {}).get('version', 'no') }}
    - cfg: {{ salt['config.get']('app:lookup:a', 'z') }} {{ salt['config.get']('id') }} {{ salt['config.option']('master', 'nomaster') is defined }}
    - cmp: {{ salt['pkg.version_cmp']('1.2-1', '1.10-1') }}
    - v: {{ (grains.osrelease|string).split('.')[0]|int >= 8 }} {{ grains['osmajorrelease'] is number }}

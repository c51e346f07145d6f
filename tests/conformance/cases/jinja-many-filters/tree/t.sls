{%- set ns = namespace(found=false, n=0) %}
{%- set users = [{'name': 'b', 'uid': 2, 'groups': ['x']}, {'name': 'a', 'uid': 1}, {'name': 'c', 'uid': 2}] %}
{%- for u in users if u.uid > 1 %}{% set ns.found = true %}{% set ns.n = ns.n + u.uid %}{% endfor %}
{%- set d = {'z': 1, 'a': {'k': [1, 2]}} %}
{%- do d.update({'m': None}) %}
a:
  test.nop:
    - ns: >-
        {{ ns.found }} {{ ns.n }}
    - people: >-
        {{ users|map(attribute='name')|join(',') }} {{ users|map(attribute='name')|list }}
    - sel: >-
        {{ users|selectattr('uid', 'equalto', 2)|map(attribute='name')|list|json }}
    - rej: >-
        {{ users|rejectattr('groups', 'defined')|list|length }}
    - sort: >-
        {{ (users|sort(attribute='name')|first).name }}
    - group: >-
        {% for uid, l in users|groupby('uid') %}{{ uid }}={{ l|length }};{% endfor %}
    - dict: >-
        {% for k, v in d|dictsort %}{{ k }}:{{ v }} {% endfor %}
    - d: >-
        {{ d }}
    - tojson: >-
        '{{ d|tojson }}'
    - yaml: >-
        {{ d|yaml }}
    - tern: >-
        {{ 'x' if d.nope is defined else 'y' }}
    - slice: >-
        {{ 'abcdef'[1:-1] }} {{ [1,2,3][::-1] }} {{ 'a.b.c'.split('.')[-1] }}
    - fmt: >-
        {{ '%05.2f|%-4s|%x' % (3.14159, 'ab', 255) }} {{ '{:>4}|{}'.format('x', 1) }} {{ "{0}-{name}".format(1, name='n') }}
    - round: >-
        {{ (7 / 2)|round|int }} {{ 7 // 2 }} {{ 2 ** 10 }} {{ 10|float }} {{ '12'|int + 1 }}
    - filt: >-
        {{ 'Hello World'|replace('o', '0')|upper|truncate(8) }} {{ '  x '|trim }} {{ 'a-b_c'|regex_replace('[-_]', '.') }}
    - match: >-
        {{ 'abcd'|regex_search('b(.)(.)') }} {{ 'abcd'|regex_match('b') }}
    - b64: >-
        {{ 'abc'|base64_encode }} {{ 'abc'|md5 }} {{ 'abc'|sha256|truncate(8, true, '') }}
    - uniq: >-
        {{ [1, 1, 2]|unique|list }} {{ [1, 2]|union([3])|list }} {{ [1, 2]|difference([2])|list }} {{ [3, 1]|max }}
    - quote: >-
        {{ "it's"|yaml_encode }} {{ 'a b'|yaml_dquote }} {{ 'x'|quote }} {{ 'true'|to_bool }}
    - net: >-
        {{ '10.0.0.1/24'|is_ip }} {{ ['10.0.0.1', 'x', '::1']|ipv4 }} {{ '10.0.0.0/30'|network_hosts }}
    - strf: >-
        {{ '2020-01-02'|strftime('%Y/%m') }}
    - get: >-
        {{ d.get('a', {}).get('k', [])[0] }} {{ d['a']['k'][-1] }} {{ salt['pillar.get']('no:such', 'dflt') }} {{ pillar.get('n', {'x': 1}).x }}
    - traverse: >-
        {{ d|traverse('a:k:1', 'none') }}
    - inside: >-
        {{ 'a' in d }} {{ 'q' not in d }} {{ 1 in [1] and not false }} {{ none is none }} {{ 'x' ~ 1 ~ none }}
    - loop: >-
        {% for x in [1, 2, 3] %}{{ loop.index }}/{{ loop.length }}{{ ',' if not loop.last }}{% else %}none{% endfor %}
    - cond: >-
        {% if d.z == 1 and (d.m is none or d.a) %}yes{% elif false %}no{% else %}maybe{% endif %}
    - call: >-
        {{ salt.test.echo('x') }} {{ salt['test.echo']('y') }} {{ salt['cmd.run']('printf z') }}
    - grains: >-
        {{ grains.id }} {{ grains['id'] }} {{ grains.get('nope', 'n') }} {{ salt['grains.get']('id') }} {{ salt['grains.get']('no:pe', 'd') }}
{# a comment #}
{%- filter upper %}
    - up: >-
        text
{%- endfilter %}

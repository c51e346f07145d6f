{% set s = 'Hello, World' %}
a:
  test.nop:
    - upper: {{ s.upper() }}
    - starts: {{ s.startswith('Hell') }}
    - split: {{ s.split(', ') }}
    - replace: {{ s.replace('o', '0') }}
    - find: {{ s.find('W') }}
    - count: {{ s.count('l') }}
    - zfill: "{{ '7'.zfill(3) }}"
    - strip: "{{ '  x '.strip() }}"
    - rsplit: {{ 'a-b-c'.rsplit('-', 1) }}
    - partition: {{ 'k=v=w'.partition('=') }}
    - join: {{ '+'.join(['a', 'b']) }}
    - title: {{ 'two words'.title() }}
    - format: "{{ '{0}-{1}-{n}'.format(1, 'b', n=3) }}"
    - percent: "{{ '%s:%03d' % ('x', 7) }}"
    - percent_one: "{{ '%s' % 5 }}"
    - slice: "{{ s[0:5] }} {{ s[::-1] }} {{ s[-5:] }}"
    - isdigit: {{ '12'.isdigit() }}
    - splitlines: {{ 'a\nb'.splitlines() }}

a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {% set d = {'b': 1, 'a': 2} %}{% do d.update({'c': 3}) %}{% do d.update(e=4) %}{{ d.pop('b') }} {{ d.setdefault('z', []) }} {{ d.get('q', 'n') }} {{ d.keys()|list }} {{ d.items()|list }} {{ d }}
        {% set l = [3, 1, 2] %}{% do l.append(4) %}{% do l.extend([5]) %}{% do l.insert(0, 9) %}{{ l.pop() }} {{ l.index(1) }} {% do l.sort(reverse=true) %}{{ l }} {% do l.reverse() %}{{ l.count(9) }} {{ (1, 2, 1).count(1) }}

a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ ['b', 'A', 'c']|sort }} {{ ['b', 'A']|sort(case_sensitive=true) }} {{ [{'a': 2, 'b': 1}, {'a': 2, 'b': 0}]|sort(attribute='a,b') }}
        {% for g in [{'k': 'x', 'v': 1}, {'k': 'y', 'v': 2}, {'k': 'x', 'v': 3}]|groupby('k') %}{{ g.grouper }}={{ g.list|map(attribute='v')|join('+') }} {% endfor %}{{ {'b': 1, 'a': 2}|dictsort }}

a:
  test.configurable_test_state:
    - changes: false
    - result: true
    - comment: |
        {{ nope is defined }} {{ nope|default('d') }} {{ pillar.get('nope', 'g') }} {{ nope is none }} {{ (1 if false) is defined }} [{{ 1 if false }}]
        {% set x = nope %}{{ x is defined }} {{ [nope]|length }} {{ 'yes' if nope is defined and nope.x else 'no' }}

a:
  test.nop:
    - x: '[{{ nope }}]'
    - y: {{ nope is defined }}
    - z: {{ 'yes' if nope else 'no' }}
    - e: {{ [nope] }}
{% for i in nope %}{% endfor %}
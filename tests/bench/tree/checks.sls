include: [commands]
{% for n in range(10) %}
check-{{ n }}:
  test.nop:
    - require:
      - cmd: command-{{ n }}
{% endfor %}

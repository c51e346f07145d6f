{% include ['a.jinja', 'b.jinja'] %}

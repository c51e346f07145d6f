a: 1
{% from 'lib.jinja' import m %}
{{ m() }}

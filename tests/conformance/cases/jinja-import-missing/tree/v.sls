{% from 'lib.jinja' import nope %}
{{ nope }}

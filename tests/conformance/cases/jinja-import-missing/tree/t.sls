{% from 'nosuch.jinja' import x %}

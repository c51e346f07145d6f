{% for n in range(40) %}
user-{{ n }}:
  user.present:
    - shel: /bin/sh
{% endfor %}

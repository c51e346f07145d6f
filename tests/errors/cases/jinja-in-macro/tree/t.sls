{% from 'lib/macros.jinja' import user_state %}

{{ user_state('ann', {'uid': 1000}) }}

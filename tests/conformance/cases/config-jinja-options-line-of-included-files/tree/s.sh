#!/bin/sh
{% if true %}
{% include "inc.sh" %}
{% endif %}

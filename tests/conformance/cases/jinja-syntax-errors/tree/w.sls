{% nosuchtag %}

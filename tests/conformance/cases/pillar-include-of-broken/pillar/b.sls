y: {{ nope }}

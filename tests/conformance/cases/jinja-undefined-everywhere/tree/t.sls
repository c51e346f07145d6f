

{{ nope }}

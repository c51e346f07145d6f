a01: {{ (salt['slsutil.banner']())|json }}
a02: {{ (salt['slsutil.banner'](width=40, title='Title', text='Some text that is long enough to be wrapped at forty columns.', borderchar='-', commentchar='//', newline=true))|json }}
a03: {{ (salt['slsutil.banner'](commentchar='/*', blockstart='/*', blockend='*/', borderchar='*', title='T', text=''))|json }}
a04: {{ (salt['slsutil.banner'](width=30, title='odd', text='averyveryveryveryveryverylongwordthatfitsnoline and more'))|json }}
a05: {{ (salt['slsutil.banner'](width=31, title='even', text='x'))|json }}

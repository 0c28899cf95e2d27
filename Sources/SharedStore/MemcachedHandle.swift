internal import CMemcached

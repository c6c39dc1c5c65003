"""What is in a model file, read and checked without torch.

A network's file is in the safetensors format. Of everything else that users train, skops
writes an archive, in which each network is stored as such a file.
"""

from ._archive import archive_of, is_archive, object_in_archive
from ._exchange import exchanged
from ._faults import blamed_on_file
from ._header import header_for, parse, read_header
from ._path import bytes_of_file, checked_path
from ._plain import MOST_BYTES, NotPlainError, from_plain, to_plain
from ._require import is_length, is_number, require, require_type
from ._scaler import checked_scaler
from ._stored import StoredNetwork, StoredParameters
from ._trusted import checked_names

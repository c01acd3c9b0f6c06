from .lanes import Lane as Lane
from .limits import Limits as Limits
from .limits import bytes_of as bytes_of
from .limits import most_memory as most_memory
from .pool import Pool as Pool
from .spawner import Spawner as Spawner
from .watching import go_on_watched as go_on_watched

import Hummingbird
import Operations
import Reports

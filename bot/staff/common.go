// Words and phrases that are guessed first, in the languages of the console.

package staff

// common are passwords of which digits and signs around them make no better
// one. A row of keys or letters, a repetition and a name are found by rule.
var common = words(
	"password", "passwords", "passwordpassword", "mypassword", "thisismypassword", "newpassword", "changeme", "changemenow", "changethis",
	"letmein", "letmeinnow", "letmeinplease", "welcome", "welcomehome", "welcomeback", "iloveyou", "iloveyousomuch", "iloveyouforever",
	"administrator", "administrador", "superadministrator", "admin", "adminadmin", "root", "toor", "secret", "topsecret", "master", "default",
	"correcthorsebatterystaple", "trustno1", "trustnoone", "qwerty", "qwertyqwerty", "qwertyuiop", "asdfghjkl", "zxcvbnm", "qazwsx", "qazwsxedc",
	"contraseña", "micontraseña", "lacontraseña", "nuevacontraseña", "contrasenia", "clave", "miclave", "claveclave", "clavesecreta", "secreto",
	"bienvenido", "bienvenida", "bienvenidos", "teamo", "teamomucho", "teamoteamo", "tequiero", "tequieromucho", "hola", "holahola", "holamundo",
	"helloworld", "hello", "princess", "princesa", "football", "futbol", "baseball", "sunshine", "dragon", "monkey", "shadow", "superman",
	"batman", "pokemon", "starwars", "whatever", "computer", "computadora", "internet", "estrella", "mariposa", "alejandro", "guadalupe",
	"virgendeguadalupe", "diosesamor", "dioseamor", "jesusesmiseñor", "jesuschrist", "jesucristo", "godisgood", "godislove", "dios", "jesus",
	"mexico", "vivamexico", "tijuana", "tijuanabc", "ciudadjuarez", "elpaso", "sandiego", "matamoros", "reynosa", "estadosunidos", "unitedstates",
	"frontera", "lafrontera", "border", "asylum", "asilo", "refugio", "refugee", "refugees", "refugiado", "refugiados", "migrante", "migrantes",
	"posada", "laposada", "posadaposada", "posadaadmin", "posadapassword", "posadacontraseña", "albergue", "shelter",
)

func words(list ...string) map[string]bool {
	m := map[string]bool{}
	for _, w := range list {
		m[squashed(w)] = true
	}
	return m
}

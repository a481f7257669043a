using SecureConversation.Binding;

var bootstrap = SecurityBindingElement.CreateMutualCertificateBindingElement() with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };
var session = SecurityBindingElement.CreateSecureConversationBindingElement(bootstrap) with { DefaultAlgorithmSuite = SecurityAlgorithmSuite.Basic256Sha256 };
Console.WriteLine(MessageSecurityBinding.Create(session).EstablishesSession);    // options.Binding = session

using CoreWCF;

namespace SecureConversation.CoreWCF.Tests.Support;

/// <summary>A service that is its own contract.</summary>
[ServiceContract(Namespace = "urn:e", Name = "Echo")]
public sealed class SingleEcho
{
    private readonly string _prefix = "";

    [OperationContract(Action = "urn:e/Echo", ReplyAction = "urn:e/EchoResponse")]
    public string Echo(string text) => _prefix + text;
}

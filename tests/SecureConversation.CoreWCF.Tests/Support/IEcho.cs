using System.Net.Security;
using CoreWCF;

namespace SecureConversation.CoreWCF.Tests.Support;

[ServiceContract(Namespace = "urn:e", Name = "Echo")]
public interface IEcho
{
    [OperationContract(Action = "urn:e/Echo", ReplyAction = "urn:e/EchoResponse")]
    string Echo(string text);

    [OperationContract(Action = "urn:e/EchoAsync", ReplyAction = "urn:e/EchoAsyncResponse")]
    Task<string> EchoLaterAsync(string text);

    [OperationContract(Action = "urn:e/Count", ReplyAction = "urn:e/CountResponse")]
    int Count();

    [OperationContract(Action = "urn:e/WhoAmI", ReplyAction = "urn:e/WhoAmIResponse")]
    string WhoAmI();

    [OperationContract(Action = "urn:e/Notify", IsOneWay = true)]
    void Notify(string text);

    [OperationContract(Action = "urn:e/FailTyped", ReplyAction = "urn:e/FailTypedResponse")]
    [FaultContract(typeof(string), Action = "urn:e/TypedFault")]
    string FailTyped(string text);

    [OperationContract(Action = "urn:e/Fail", ReplyAction = "urn:e/FailResponse")]
    string Fail(string text);

    [OperationContract(Action = "urn:e/Signed", ReplyAction = "urn:e/SignedResponse")]
    [ProtectionLevel(ProtectionLevel.Sign)]
    string Signed(string text);

    [OperationContract(Action = "urn:e/NotXml", ReplyAction = "urn:e/NotXmlResponse")]
    string NotXml();

    [OperationContract(Action = "urn:e/Abort", ReplyAction = "urn:e/AbortResponse")]
    string Abort();
}

/// <summary>With a header, which WS-Security 1.0 cannot encrypt.</summary>
[ServiceContract(Namespace = "urn:e", Name = "Echo")]
public interface IHeaderEcho : IEcho
{
    [OperationContract(Action = "urn:e/Header", ReplyAction = "urn:e/HeaderResponse")]
    HeaderMessage Header(HeaderMessage message);
}

[MessageContract(WrapperName = "Header", WrapperNamespace = "urn:e")]
public sealed class HeaderMessage
{
    [MessageHeader(Namespace = "urn:e")]
    public string? Tenant { get; set; }

    [MessageBodyMember(Namespace = "urn:e")]
    public string? Text { get; set; }
}

/// <summary>The same with SessionMode.Required.</summary>
[ServiceContract(Namespace = "urn:e", Name = "Echo", SessionMode = SessionMode.Required)]
public interface ISessionEcho : IEcho
{
    [OperationContract(Action = "urn:e/Leave", ReplyAction = "urn:e/LeaveResponse", IsTerminating = true)]
    int Leave();

    [OperationContract(Action = "urn:e/LeaveSilently", IsOneWay = true, IsTerminating = true)]
    void LeaveSilently();

    [OperationContract(Action = "urn:e/AbortChannel", ReplyAction = "urn:e/AbortChannelResponse")]
    int AbortChannel();

    [OperationContract(Action = "urn:e/Surroundings", ReplyAction = "urn:e/SurroundingsResponse")]
    string Surroundings();

    [OperationContract(Action = "urn:e/Wait", ReplyAction = "urn:e/WaitResponse")]
    Task<string> WaitAsync();

    [OperationContract(Action = "urn:e/WaitSilently", IsOneWay = true)]
    Task WaitSilentlyAsync();

    [OperationContract(Action = "urn:e/LeaveLater", ReplyAction = "urn:e/LeaveLaterResponse", IsTerminating = true)]
    Task<string> LeaveLaterAsync();
}

/// <summary>The same with SessionMode.NotAllowed.</summary>
[ServiceContract(Namespace = "urn:e", Name = "Echo", SessionMode = SessionMode.NotAllowed)]
public interface ISinglesEcho : IEcho;

/// <summary>The same with callbacks.</summary>
[ServiceContract(Namespace = "urn:e", Name = "Echo", CallbackContract = typeof(IEchoCallback))]
public interface IDuplexEcho : IEcho;

public interface IEchoCallback
{
    [OperationContract(IsOneWay = true)]
    void Changed();
}
